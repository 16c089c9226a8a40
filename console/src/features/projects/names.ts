/** What a project may be called, by the rules of the service that holds it. */
import type { ProjectService } from "../../api";

const RULES: Readonly<Record<ProjectService, RegExp>> = {
  rekognition: /^[a-zA-Z0-9_.-]{1,255}$/u,
  lookoutvision: /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/u,
};

export function isProjectName(service: ProjectService, name: string): boolean {
  return RULES[service].test(name);
}

/** The nearest allowed name: blanks become hyphens, accents go, everything else that is not allowed too. */
export function nearestName(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mark}/gu, "")
    .trim()
    .replace(/\s+/gu, "-")
    .replace(/[^a-zA-Z0-9_-]/gu, "")
    .replace(/^[_-]+/u, "");
}
