/** What every page stands in. */
import "@mantine/core/styles.css";
import { MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import type { ReactNode } from "react";
import { Problem, Unreachable } from "@/shared/api/problem";
import { nonce } from "@/shared/config/nonce";
import { cssVariablesResolver, theme } from "./theme";

/** Whoever is refused may hold less than before: what is shown follows what they hold now. */
function onError(error: unknown): void {
  if (error instanceof Problem && error.status === 403)
    void queryClient.invalidateQueries({ queryKey: ["get", "/api/v1/me"] });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && isPassing(error),
      refetchInterval: (query) => (query.state.error instanceof Unreachable ? 5_000 : false),
    },
    mutations: { retry: false },
  },
});

/** Whether the same question may be answered in a moment. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof Unreachable ||
    (error instanceof Problem && (error.status === 503 || error.status === 429))
  );
}

setNonce(nonce()); // for the style that keeps the page from scrolling behind a dialog

export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariablesResolver}
        defaultColorScheme="auto"
        getStyleNonce={nonce}
      >
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}
