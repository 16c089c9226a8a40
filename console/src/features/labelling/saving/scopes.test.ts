import { expect, it } from "vitest";
import { roundScope, scopeOf, type Place } from "../place";

const place = (person: string): Place => ({
  service: "rekognition",
  project: "parts",
  projectArn: "arn:aws:rekognition:us-east-1:111122223333:project/parts/1",
  type: "train",
  region: "us-east-1",
  account: "111122223333",
  person,
});

it("keeps what waits of two people apart who share a browser and an account", () => {
  expect(scopeOf(place("user/ann"))).not.toBe(scopeOf(place("user/ben")));
  expect(roundScope("user/ann", "r1")).not.toBe(roundScope("user/ben", "r1"));
});
