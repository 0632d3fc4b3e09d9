import { describe, expect, it } from "vitest";
import { isNarrow, queryOf } from "./filter";

const NOW = Date.parse("2026-03-01T12:00:00Z");

describe("what is looked for in an audit", () => {
  it("begins a period as long before now as it is", () => {
    expect(queryOf({ period: "24h", since: "2020-01-01T00:00:00Z" }, NOW)).toEqual({
      since: "2026-02-28T12:00:00.000Z",
    });
  });

  it("sends what is given and no order", () => {
    const query = queryOf({ type: "user.created,user.deleted", ip: "", outcome: "failure", sort: "at" }, NOW);
    expect(query).toEqual({ type: "user.created,user.deleted", outcome: "failure" });
  });

  it("sends nothing of what else stands in the URL", () => {
    const search = { side: "about", target: "ida" } as object;
    expect(queryOf(search, NOW)).toEqual({ target: "ida" });
  });

  it("is narrow by anything but the order", () => {
    expect(isNarrow({ sort: "at" })).toBe(false);
    expect(isNarrow({ period: "1h" })).toBe(true);
  });
});
