/** What a browser calls itself, in words: its name, its version and its machine. */

/** In this order: each of them also calls itself what stands below it. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg(?:A|iOS)?\/(\d+)/u],
  ["Opera", /\bOPR\/(\d+)/u],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/u],
  ["Chrome", /\b(?:Headless)?(?:Chrome|CriOS)\/(\d+)/u],
  ["Safari", /\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//u],
];
const MACHINES: readonly (readonly [string, RegExp])[] = [
  ["Android", /\bAndroid\b/u],
  ["iPhone", /\biPhone\b/u],
  ["iPad", /\biPad\b/u],
  ["Windows", /\bWindows NT\b/u],
  ["macOS", /\bMac OS X\b/u],
  ["ChromeOS", /\bCrOS\b/u],
  ["Linux", /\bLinux\b/u],
];

/** Return "Firefox 140 · Linux", or what was sent where it is none of these. */
export function browserOf(agent: string): string {
  for (const [name, pattern] of BROWSERS) {
    const version = pattern.exec(agent)?.[1];
    if (version === undefined) continue;
    const machine = MACHINES.find(([, sign]) => sign.test(agent))?.[0];
    return [`${name} ${version}`, ...(machine === undefined ? [] : [machine])].join(" · ");
  }
  return agent === "" ? "–" : agent;
}
