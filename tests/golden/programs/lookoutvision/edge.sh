pip install vedette
vedette model download --endpoint http://127.0.0.1:8080 --service lookoutvision \
  --project programs-doors --version 1 --out model.zip
vedette detect model.zip pictures --json > findings.jsonl
