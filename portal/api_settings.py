"""How the API is served and told; `portal.settings` takes both over."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.orgs.api.callers.TokenAuthentication",
        "portal.orgs.api.callers.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.orgs.api.rights.NeedsCapability"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.orgs.api.callers.CallerThrottle"],
    "DEFAULT_SCHEMA_CLASS": "portal.orgs.api.schema.PortalSchema",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "portal.orgs.api.problems.answer_of",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "人口服务管理平台接口",
    "DESCRIPTION": "用法见 docs/api.md。号码一律遮盖；POST 带 Idempotency-Key，更正带 If-Match。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["portal.orgs.api.schema.in_chinese"],
    "COMPONENT_SPLIT_REQUEST": True,
}
