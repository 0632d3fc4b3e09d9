import { describe, expect, it } from "vitest";
import { readSearch, writeSearch } from "./search";

describe("search parameters", () => {
  it.each(["123", "true", "null", "1e3", '"quoted"', "a b&c=d", "[1]"])("keeps %s as it is", (text) => {
    expect(readSearch(writeSearch({ search: text }))).toEqual({ search: text });
  });

  it("writes what is given and nothing else", () => {
    expect(writeSearch({ search: "x", status: undefined, sort: "" })).toBe("?search=x");
    expect(writeSearch({})).toBe("");
  });
});
