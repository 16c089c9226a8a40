/** Whose model an ARN names, and where its page is. */
import type { ProjectService } from "../../api";

export interface NamedModel {
  readonly service: ProjectService;
  readonly project: string;
  readonly version: string;
}

const REKOGNITION = /^arn:aws:rekognition:[^:]*:\d{12}:project\/([^/]+)\/version\/([^/]+)\/\d+$/u;
const LOOKOUT = /^arn:aws:lookoutvision:[^:]*:\d{12}:model\/([^/]+)\/([^/]+)$/u;

export function modelOf(arn: string): NamedModel | null {
  for (const [service, pattern] of [
    ["rekognition", REKOGNITION],
    ["lookoutvision", LOOKOUT],
  ] as const) {
    const [, project, version] = pattern.exec(arn) ?? [];
    if (project !== undefined && version !== undefined) return { service, project, version };
  }
  return null;
}

/** What is free of how much, in short; nothing where there is none, or nobody knows. */
export function share(free: number | undefined, total: number | undefined): string {
  if (total === undefined || total === 0) return "–";
  return `${String(rounded(free ?? 0))} / ${String(rounded(total))}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
