import i18next from "i18next";
import { beforeAll, expect, it } from "vitest";
import { formatDuration, formatRelative } from "./format";

beforeAll(() => i18next.init({ lng: "en", resources: {} }));

it("says durations in the largest unit that fits exactly", () => {
  expect(formatDuration(0)).toBe("0 seconds");
  expect(formatDuration(90)).toBe("90 seconds");
  expect(formatDuration(3600)).toBe("1 hour");
  expect(formatDuration(7 * 86_400)).toBe("7 days");
});

it("says moments as a person would", () => {
  const now = Date.parse("2026-01-10T00:00:00Z");
  expect(formatRelative("2026-01-09T00:00:00Z", now)).toBe("yesterday");
  expect(formatRelative("2026-01-10T02:00:00Z", now)).toBe("in 2 hours");
});
