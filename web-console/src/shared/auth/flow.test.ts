import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadConfig } from "@/shared/config/config";
import { isTenantName, ownPath, tenantOfIssuer } from "./flow";

beforeAll(async () => {
  const answer = Response.json({ auth_url: "https://auth.example", admin_url: "https://api.example" });
  vi.stubGlobal("fetch", async () => answer);
  await loadConfig();
});

describe("where a sign-in may lead back to", () => {
  it.each([
    ["/t/acme/users?search=x#y", "/t/acme/users?search=x#y"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["/\t/evil.example", "/"],
    ["/callback?code=1", "/"],
  ])("%s becomes %s", (path, expected) => {
    expect(ownPath(path)).toBe(expected);
  });
});

describe("which tenant is meant", () => {
  it("reads an issuer of our own Auth Plane and no other", () => {
    expect(tenantOfIssuer("https://auth.example/t/acme")).toBe("acme");
    expect(tenantOfIssuer("https://evil.example/t/acme")).toBeUndefined();
    expect(tenantOfIssuer("https://auth.example/t/acme/../x")).toBeUndefined();
  });

  it("takes short names only", () => {
    expect(isTenantName("acme-2")).toBe(true);
    for (const name of ["", "-acme", "Acme", "a/b", "a b"]) expect(isTenantName(name)).toBe(false);
  });
});
