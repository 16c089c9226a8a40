/** Where results go and come from, as addresses. No React. */

/** A folder beside the pictures for a batch's results; nothing until a bucket is known. */
export function usualOutput(source: string, project: string, name: string): string {
  const bucket = /^s3:\/\/([^/]+)/u.exec(source.trim())?.[1];
  if (bucket === undefined) return "";
  return `s3://${bucket}/results/${project}/${plain(name)}/`;
}

/** A name as a folder of its own: what keys and programs read everywhere. */
function plain(name: string): string {
  const kept = name
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._-]+/gu, "-")
    .replace(/^-+|-+$/gu, "");
  return kept === "" ? "batch" : kept.toLowerCase();
}

/** The link by which the browser saves all results. */
export function resultsAddress(project: string, batch: string): string {
  return `batch-results?${new URLSearchParams({ project, batch }).toString()}`;
}

/** The name of a picture, without its folders. */
export function nameOf(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}

export function thumbnailOf(source: string): string {
  return `/console/api/thumbnail?${new URLSearchParams({ source, side: "256" }).toString()}`;
}

/** The name in an ARN: of a user, of a role's session, or root. */
export function personOf(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
}
