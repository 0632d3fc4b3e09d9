/** The frame of every page: its title (the document's too), where it stands, and what can be done on it. */
import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface Crumb {
  label: string;
  to: string;
}

interface Props {
  title: string;
  description?: ReactNode;
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, description, crumbs, actions, children }: Props) {
  useDocumentTitle(`${title} · OpenTrusty`);
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        {crumbs && (
          <Breadcrumbs separatorMargin={6}>
            {crumbs.map((crumb) => (
              <Anchor key={crumb.to} renderRoot={(props) => <Link {...props} to={crumb.to} />} size="sm">
                {crumb.label}
              </Anchor>
            ))}
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="start">
          <Title order={1} size="h2">
            {title}
          </Title>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {description && (
          <Text c="dimmed" maw={720}>
            {description}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
