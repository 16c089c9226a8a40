"""Look at a film once a second, and write what was found, with its time, beside it."""

import json

import cv2
from common import arguments, client, run


def main() -> None:
    """Send every frame that begins a second as a JPEG."""
    args = arguments(__doc__, "project_version_arn", "video_file")
    rekognition, film = client("rekognition"), cv2.VideoCapture(args.video_file)
    rate = film.get(cv2.CAP_PROP_FPS)
    if not film.isOpened() or rate <= 0:
        raise ValueError(f"{args.video_file} cannot be read as a film.")
    found, number = [], 0
    while True:
        is_there, frame = film.read()
        if not is_there:
            break
        if number % max(1, int(rate)) == 0:
            _, jpeg = cv2.imencode(".jpg", frame)
            answer = rekognition.detect_custom_labels(
                ProjectVersionArn=args.project_version_arn, Image={"Bytes": jpeg.tobytes()}
            )
            at = int(number / rate * 1000)
            found += [{**label, "Timestamp": at} for label in answer["CustomLabels"]]
        number += 1
    if not number:
        raise ValueError(f"{args.video_file} has no frames that can be read.")
    with open(f"{args.video_file}.json", "w", encoding="utf-8") as out:  # noqa: PTH123
        json.dump(found, out)
    print(f"{number} frames, {len(found)} labels: {args.video_file}.json")


if __name__ == "__main__":
    run(main)
