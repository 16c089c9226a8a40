/** Times that are looked at, cut into periods: whole hours for days, this computer's days for weeks and months. */

export const RANGES = ["1d", "3d", "1w", "2w", "1m", "3m", "6m"] as const;
export type Range = (typeof RANGES)[number];

const HOURS: Partial<Readonly<Record<Range, { readonly count: number; readonly hours: number }>>> = {
  "1d": { count: 24, hours: 1 },
  "3d": { count: 36, hours: 2 },
  "1w": { count: 28, hours: 6 },
  "2w": { count: 28, hours: 12 },
};
const DAYS: Readonly<Record<Range, { readonly count: number; readonly days: number }>> = {
  "1d": { count: 1, days: 1 },
  "3d": { count: 3, days: 1 },
  "1w": { count: 7, days: 1 },
  "2w": { count: 14, days: 1 },
  "1m": { count: 30, days: 1 },
  "3m": { count: 13, days: 7 },
  "6m": { count: 26, days: 7 },
};
const HOUR_MS = 3_600_000;

/** A midnight of this computer's; a day that begins otherwise, since clocks are set then, begins when it does. */
function midnight(of: Date, addedDays: number): Date {
  return new Date(of.getFullYear(), of.getMonth(), of.getDate() + addedDays);
}

/** The edges of a range's periods, of which the last one contains now. */
export function edgesOf(range: Range, now: Date): readonly Date[] {
  const hourly = HOURS[range];
  if (hourly !== undefined) {
    const end = (Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS;
    const { count, hours } = hourly;
    return Array.from({ length: count + 1 }, (_, place) => new Date(end - (count - place) * hours * HOUR_MS));
  }
  const { count, days } = DAYS[range];
  return Array.from({ length: count + 1 }, (_, place) => midnight(now, 1 - (count - place) * days));
}

/** The edges of the days of a month, counted from this one backwards; no day that has not begun. */
export function daysOfMonth(monthsBack: number, now: Date): readonly Date[] {
  const first = new Date(now.getFullYear(), now.getMonth() - monthsBack, 1);
  const edges = [first];
  for (let day = 1; day <= 31; day += 1) {
    const next = midnight(first, day);
    edges.push(next);
    if (next.getMonth() !== first.getMonth() || next > now) break;
  }
  return edges;
}

/** A day as files have it, by this computer's calendar. */
export function dayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
