export interface paths {
  "/api/v1/me": {
    get: {
      responses: {
        200: {
          content: {
            "application/json": {
              name: string;
              tenant: { name: string; display_name: string };
              permissions: string[];
              platform_permissions: string[];
              accesses: { tenant: string; permissions: string[]; expires_at: string }[];
            };
          };
        };
      };
    };
  };
}
