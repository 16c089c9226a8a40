/**
 * A project policy as rules that a form can show: who may, or may not, copy which versions.
 * A document that says anything else has no such form, and is shown as it is: nothing is left out of it.
 */

export const COPY = "rekognition:CopyProjectVersion";
const VERSION = "2012-10-17";

export interface PolicyRule {
  readonly sid: string;
  readonly isAllowed: boolean;
  /** "*", accounts of twelve digits, ARNs of users and roles. */
  readonly who: readonly string[];
  /** ARNs; "*" stands for all of every project that the policy could be about. */
  readonly versions: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

/** The ARN that stands for every version of a project. */
export function everyVersion(projectArn: string): string {
  return `${projectArn.slice(0, projectArn.lastIndexOf("/"))}/version/*`;
}

function membersOf(value: unknown, allowed: readonly string[]): Members | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const members = value as Members;
  return Object.keys(members).every((name) => allowed.includes(name)) ? members : null;
}

function textsOf(value: unknown): readonly string[] | null {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((item) => typeof item === "string");
  return texts.length === list.length && texts.length > 0 ? texts : null;
}

function whoOf(principal: unknown): readonly string[] | null {
  if (principal === "*") return ["*"];
  return textsOf(membersOf(principal, ["AWS"])?.AWS);
}

function isCopy(action: unknown): boolean {
  const actions = textsOf(action);
  return actions?.length === 1 && actions[0]?.toLowerCase() === COPY.toLowerCase();
}

function effectOf(effect: unknown): boolean | null {
  if (typeof effect !== "string") return null;
  const word = effect.toLowerCase();
  return word === "allow" ? true : word === "deny" ? false : null;
}

function ruleOf(statement: unknown): PolicyRule | null {
  const members = membersOf(statement, ["Sid", "Effect", "Principal", "Action", "Resource"]);
  const sid = members?.Sid ?? "";
  const [isAllowed, who] = [effectOf(members?.Effect), whoOf(members?.Principal)];
  const versions = textsOf(members?.Resource);
  if (isAllowed === null || who === null || versions === null) return null;
  return typeof sid === "string" && isCopy(members?.Action) ? { sid, isAllowed, who, versions } : null;
}

/** The rules of a document; null where it says more, or something else, than rules can. */
export function rulesOf(document: string): readonly PolicyRule[] | null {
  let tree: unknown;
  try {
    tree = JSON.parse(document);
  } catch {
    return null;
  }
  const members = membersOf(tree, ["Version", "Statement"]);
  if (members?.Version !== VERSION) return null;
  const statements: readonly unknown[] = Array.isArray(members.Statement)
    ? members.Statement
    : [members.Statement];
  const rules = statements.map(ruleOf).filter((rule) => rule !== null);
  return rules.length === statements.length && rules.length > 0 ? rules : null;
}

function plain(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 ? (texts[0] ?? "") : texts;
}

/** The document that says these rules, as people read it. */
export function documentOf(rules: readonly PolicyRule[]): string {
  const Statement = rules.map(({ sid, isAllowed, who, versions }) => ({
    ...(sid === "" ? {} : { Sid: sid }),
    Effect: isAllowed ? "Allow" : "Deny",
    Principal: { AWS: plain(who) },
    Action: COPY,
    Resource: plain(versions),
  }));
  return JSON.stringify({ Version: VERSION, Statement }, null, 2);
}

function quotesIn(text: string): number {
  return text.split('"').length;
}

/** A document as people read it; as it is where it is no JSON, or where one of two equal members would be lost. */
export function readable(document: string): string {
  try {
    const pretty = JSON.stringify(JSON.parse(document), null, 2);
    return quotesIn(pretty) === quotesIn(document) ? pretty : document;
  } catch {
    return document;
  }
}

/** Names on lines of their own, without those that are empty or there already. */
export function namesIn(text: string): readonly string[] {
  const names = text.split(/[\n,]/u).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

export function isWhole(rules: readonly PolicyRule[]): boolean {
  return rules.length > 0 && rules.every(({ who, versions }) => who.length > 0 && versions.length > 0);
}
