import { expect, it } from "vitest";
import { patchOf, rebased } from "./changes";

const base = { lifetimes: { code: 60, session: 3600 }, throttling: { account: null }, scopes: ["openid"] };

it("names only what was changed, and lists as a whole", () => {
  expect(patchOf(base, base)).toBeUndefined();
  const values = {
    lifetimes: { code: 30, session: 3600 },
    throttling: { account: { burst: 5, per_minute: 2 } },
    scopes: ["openid", "email"],
  };
  expect(patchOf(base, values)).toEqual({
    lifetimes: { code: 30 },
    throttling: { account: { burst: 5, per_minute: 2 } },
    scopes: ["openid", "email"],
  });
  expect(patchOf({ scopes: ["openid"] }, { scopes: null })).toEqual({ scopes: null });
});

it("keeps what was typed, and takes the present state of all else", () => {
  const typed = { ...base, lifetimes: { code: 30, session: 3600 } };
  const present = { ...base, lifetimes: { code: 90, session: 7200 }, scopes: ["openid", "phone"] };
  expect(rebased(typed, base, present)).toEqual({
    lifetimes: { code: 30, session: 7200 },
    throttling: { account: null },
    scopes: ["openid", "phone"],
  });
});
