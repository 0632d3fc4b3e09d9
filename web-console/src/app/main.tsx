import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { loadConfig } from "@/shared/config/config";
import shared from "@/shared/i18n/en";
import { startI18n } from "@/shared/i18n/i18n";
import { Providers } from "./providers";
import { router } from "./routes";

const loadEnglish = async () => (await import("./catalogues")).english;
const loadGerman = async () => (await import("./catalogues")).german();

async function start(root: HTMLElement): Promise<void> {
  try {
    await Promise.all([loadConfig(), startI18n({ shared, en: loadEnglish, de: loadGerman })]);
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
