import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "@/shared/config/config";
import { startI18n } from "@/shared/i18n/i18n";
import { english, german } from "./catalogues";
import { Providers } from "./providers";
import { router } from "./routes";

async function start(root: HTMLElement): Promise<void> {
  try {
    await Promise.all([loadConfig(), startI18n({ en: english, de: german })]);
  } catch (error) {
    root.textContent = `The console cannot start: ${error instanceof Error ? error.message : String(error)}`;
    return;
  }
  createRoot(root).render(
    <StrictMode>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root) void start(root);
