/** Which tenant somebody means who is about to sign in. */
import { isTenantName, tenantOfIssuer } from "@/shared/auth/flow";
import { openClient } from "./client";
import { problemOf } from "./problem";

/**
 * The name of the tenant: `text` is that, or its issuer, which may be a domain of its own. Undefined where it is neither.
 * Throws where the Admin Plane had to be asked and does not answer.
 */
export async function tenantMeant(text: string): Promise<string | undefined> {
  const typed = text.trim();
  const named = isTenantName(typed.toLowerCase()) ? typed.toLowerCase() : tenantOfIssuer(typed);
  if (named || !URL.canParse(typed)) return named;
  const iss = new URL(typed).origin;
  const { data, response } = await openClient().GET("/api/v1/issuer", { params: { query: { iss } } });
  if (data) return data.tenant;
  if (response.status === 404) return undefined;
  throw await problemOf(response);
}
