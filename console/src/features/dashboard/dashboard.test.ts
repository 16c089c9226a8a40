import { beforeAll, expect, test } from "vitest";
import { dayOf, daysOfMonth, edgesOf } from "./ranges";
import { csvOf } from "./report";
import { byPeriod, projectsOf, ratioOf, ratioOfAll, sumOf } from "./sums";

const HOUR_MS = 3_600_000;

beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
});

function hoursBetween(edges: readonly Date[]): readonly number[] {
  return edges.slice(1).map((edge, place) => (edge.getTime() - (edges[place]?.getTime() ?? 0)) / HOUR_MS);
}

test("a day is cut into its last twenty-four whole hours, and the hour that is not over", () => {
  const edges = edgesOf("1d", new Date("2026-06-01T10:20:00Z"));
  expect(hoursBetween(edges)).toEqual(Array.from({ length: 24 }, () => 1));
  expect(edges.at(-1)?.toISOString()).toBe("2026-06-01T11:00:00.000Z");
});

test("days are this computer's, however long they are", () => {
  const edges = edgesOf("1m", new Date("2026-04-05T10:00:00Z"));
  const hours = hoursBetween(edges);
  expect(hours.filter((count) => count === 23)).toHaveLength(1);
  expect(hours.filter((count) => count === 24)).toHaveLength(29);
  expect(edges.every((edge) => edge.getHours() === 0)).toBe(true);
});

test("a month has its days, with the one of twenty-five hours, and no day that is to come", () => {
  const now = new Date("2026-11-10T12:00:00Z");
  const october = daysOfMonth(1, now);
  expect(hoursBetween(october).filter((count) => count === 25)).toHaveLength(1);
  expect([october.length, dayOf(october[0] ?? now), dayOf(october.at(-1) ?? now)]).toEqual([
    32,
    "2026-10-01",
    "2026-11-01",
  ]);
  expect(daysOfMonth(0, now).map(dayOf).at(-1)).toBe("2026-11-11");
});

const DOORS = {
  Service: "lookoutvision",
  ProjectName: "doors",
  VersionName: "1",
  Images: [6000, 300],
  Anomalies: [60, 10],
  Invalid: [0, 1],
  Throttled: [2, 0],
  Errors: [0, 0],
  AverageMilliseconds: [10, 31],
  MostMilliseconds: [40, 90],
  Hours: [23, 0.5],
  UnitHours: [46, 1],
} as const;

test("pictures of the service that has no anomalies do not thin out the ratio of all", () => {
  const labels = { ...DOORS, Service: "rekognition", Anomalies: [0, 0] };
  expect(ratioOfAll([DOORS, labels])).toBe(ratioOf(sumOf([DOORS])));
  expect([ratioOfAll([labels]), ratioOfAll([])]).toEqual([null, null]);
});

test("the ratio of the guide's example is 1.11 percent", () => {
  const sum = sumOf([DOORS]);
  expect(((ratioOf(sum) ?? 0) * 100).toFixed(2)).toBe("1.11");
  expect(sum).toEqual({
    images: 6300,
    anomalies: 70,
    refused: 2,
    errors: 1,
    milliseconds: 11,
    mostMilliseconds: 90,
    hours: 23.5,
    unitHours: 47,
  });
  expect(ratioOf(sumOf([]))).toBeNull();
});

test("versions of one project are one, and projects of the same name in two services are two", () => {
  const second = { ...DOORS, VersionName: "2" };
  const other = { ...DOORS, Service: "rekognition" };
  const projects = projectsOf([DOORS, second, other]);
  expect(projects.map(({ service, images }) => [service, images])).toEqual([
    ["lookoutvision", 12600],
    ["rekognition", 6300],
  ]);
  expect(byPeriod([DOORS, second], "Anomalies")).toEqual([120, 20]);
});

test("a report has a line a version and day on which it did anything", () => {
  const edges = [new Date(2026, 2, 29), new Date(2026, 2, 30), new Date(2026, 2, 31)];
  const idle = {
    Service: "rekognition",
    ProjectName: '=a"b',
    VersionName: "v,1",
    Images: [0, 0],
    Hours: [0, 1],
  };
  expect(csvOf(edges, [DOORS, idle]).split("\r\n")).toEqual([
    "\ufeffday,service,project,version,hours,unit_hours,pictures,anomalies,broken_pictures,throttled,errors",
    "2026-03-29,lookoutvision,doors,1,23.0000,46.0000,6000,60,0,2,0",
    "2026-03-30,lookoutvision,doors,1,0.5000,1.0000,300,10,1,0,0",
    `2026-03-30,rekognition,"'=a""b","v,1",1.0000,0.0000,0,0,0,0,0`,
    "",
  ]);
});
