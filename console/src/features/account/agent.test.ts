import { describe, expect, it } from "vitest";
import { browserOf } from "./agent";

const MOZILLA = "Mozilla/5.0";

describe("what a browser calls itself", () => {
  it.each([
    [`${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox 140 · Linux"],
    [
      `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.1.2`,
      "Edge 150 · Windows",
    ],
    [
      `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`,
      "Safari 18 · macOS",
    ],
    [
      `${MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1`,
      "Safari 18 · iPhone",
    ],
    [
      `${MOZILLA} (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36`,
      "Chrome 150 · Android",
    ],
    ["curl/8.5.0", "curl/8.5.0"],
    ["", "–"],
  ])("%s is %s", (agent, name) => {
    expect(browserOf(agent)).toBe(name);
  });
});
