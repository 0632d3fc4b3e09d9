/** Where the planes are: run-time settings, so that one build serves any deployment. */
import * as z from "zod/mini";

const origin = z.string().check(z.regex(/^https?:\/\/[^/?#]+$/));
const Config = z.object({ auth_url: origin, admin_url: origin });

export interface ConsoleConfig {
  authUrl: string;
  adminUrl: string;
}

let loaded: ConsoleConfig | undefined;

/** Reads `/config.json` once. Throws where it is missing or malformed: without it nothing can be called. */
export async function loadConfig(): Promise<ConsoleConfig> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`/config.json: ${response.status}`);
  const { auth_url, admin_url } = z.parse(Config, await response.json());
  loaded = { authUrl: auth_url, adminUrl: admin_url };
  return loaded;
}

/** The settings, after `loadConfig`. */
export function config(): ConsoleConfig {
  if (!loaded) throw new Error("The settings are not loaded yet.");
  return loaded;
}
