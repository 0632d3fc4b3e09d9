/** Moments, durations and numbers in the person's language. */
import i18next from "i18next";

/** Day and time, to the minute or to the second. */
export function formatMoment(
  value: string | null | undefined,
  timeStyle: "short" | "medium" = "short",
): string {
  if (!value) return "–";
  return new Intl.DateTimeFormat(i18next.language, { dateStyle: "medium", timeStyle }).format(
    new Date(value),
  );
}

export function formatDay(value: string): string {
  return new Intl.DateTimeFormat(i18next.language, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(value));
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(i18next.language).format(value);
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago, or how long until: "3 days ago", "in 2 hours". */
export function formatRelative(value: string, now = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(i18next.language, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), "second");
}

const DURATIONS: ["day" | "hour" | "minute" | "second", number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Whole seconds in the largest unit that divides them: 3600 as "1 hour". */
export function formatDuration(seconds: number): string {
  const [unit, size] = DURATIONS.find(([, size]) => seconds > 0 && seconds % size === 0) ?? ["second", 1];
  return new Intl.NumberFormat(i18next.language, { style: "unit", unit, unitDisplay: "long" }).format(
    seconds / size,
  );
}

/** The time of day, to the minute or to the second. */
export function formatTime(value: string, timeStyle: "short" | "medium" = "short"): string {
  return new Intl.DateTimeFormat(i18next.language, { timeStyle }).format(new Date(value));
}

/** A moment as exactly as it is known, with its time zone. */
export function formatExact(value: string): string {
  return new Intl.DateTimeFormat(i18next.language, {
    dateStyle: "full",
    timeStyle: "long",
  }).format(new Date(value));
}

/** Bytes in the largest decimal unit that leaves a whole number before the point: 1 234 567 as "1.2 MB". */
export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(i18next.language, {
    style: "unit",
    unit: units[power],
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}
