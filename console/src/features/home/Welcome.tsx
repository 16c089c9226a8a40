/** What Vedette is, in one screen. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { hrefOf, useFollow } from "../../ui/links";
import { Illustration } from "../../ui/illustration";
import "./home.css";
import { useText } from "./text";

const STEPS = ["stepPictures", "stepLabel", "stepModel"] as const;

export function Welcome() {
  const t = useText();
  return (
    <section className="welcome">
      <div className="welcome-hero">
        <div>
          <h1>{t("heading")}</h1>
          <p>{t("lead")}</p>
          <Button variant="primary" href={hrefOf("/projects?create")} onFollow={useFollow()}>
            {t("create")}
          </Button>
        </div>
        <Illustration />
      </div>
      <ol className="welcome-steps">
        {STEPS.map((step, index) => (
          <li key={step}>
            <span className="welcome-number" aria-hidden="true">
              {index + 1}
            </span>
            <div>
              <Box variant="h3" tagOverride="h2" padding="n">
                {t(step)}
              </Box>
              <Box color="text-body-secondary">{t(`${step}Help`)}</Box>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
