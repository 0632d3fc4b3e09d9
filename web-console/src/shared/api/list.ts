/** Lists that page by cursor, as one array that grows. */
import { type InfiniteData, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

export interface ListPage<Item> {
  items: Item[];
  next_cursor?: string | null | undefined;
}

/** A list of more pages than this is not asked for once more, page by page, because somebody has come back to it. */
const FEW = 5;

interface Loaded {
  state: { data: { pages: unknown[] } | undefined; isInvalidated: boolean };
}

/** Short lists are kept fresh; long ones only where something is known to have changed. */
function isWorthIt({ state }: Loaded): boolean {
  return state.isInvalidated || (state.data?.pages.length ?? 0) <= FEW;
}

/** `fetchPage` is given the cursor of the page wanted, undefined for the first; `key` names the list and its filters. */
export function useList<Item>(
  key: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>,
  options: { enabled?: boolean } = {},
) {
  const query = useInfiniteQuery<
    ListPage<Item>,
    Error,
    InfiniteData<ListPage<Item>>,
    readonly unknown[],
    string | undefined
  >({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnMount: isWorthIt,
    refetchOnWindowFocus: isWorthIt,
    refetchOnReconnect: isWorthIt,
    enabled: options.enabled ?? true,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return {
    rows,
    query,
    table: {
      rows,
      hasMore: query.hasNextPage,
      isLoadingMore: query.isFetchingNextPage,
      onLoadMore: query.fetchNextPage as () => void,
    },
  };
}
