"""The problems identity can answer with."""

from shared import errors


class LoginTaken(errors.Problem):
    code, status, title, title_en = "login_taken", 409, "登录名已被使用", "The login name is taken"
    cause, remedy = "已有用户使用这个登录名。", "请另给 login,例如在姓名后加上单位。"


class SignInRefused(errors.Problem):
    code, status, title, title_en = "sign_in_refused", 401, "登录名或密码不对", "Wrong name or password"
    cause, remedy = "登录名不存在、密码不对,或账号已停用。", "请核对后重试;忘记密码请联系管理员重置。"


class SignInLocked(errors.Problem):
    code, status, title, title_en = "sign_in_locked", 429, "登录尝试过多,暂停登录", "Too many sign-in attempts"
    cause, remedy = "同一登录名连续多次密码不对,暂停登录一段时间。", "请按 Retry-After 等待后重试,或联系管理员。"
    retryable = True


class SessionEnded(errors.Problem):
    code, status, title, title_en = "session_ended", 401, "登录已失效", "The session has ended"
    cause, remedy = "刷新令牌已用过、已过期,或登录已结束。同一刷新令牌用第二次会结束登录。", "请重新登录。"


MISPLACED = errors.describe(
    "binding_not_allowed",
    "该角色不能绑定此项",
    "The role takes no such binding",
    cause="该绑定属于另一个角色。",
    remedy="请删除该字段,或改正角色。",
)
UNKNOWN_SCOPE = errors.describe(
    "unknown_scope", "未知的授权范围", "Unknown scope", cause="所列范围不存在。", remedy="请从 GET /v1/scopes 选择。"
)
PRIVATE_KEY = errors.describe(
    "invalid_public_key",
    "公钥无效",
    "Not a usable public key",
    cause="jwks 须为可用的公钥(EC、RSA 或 OKP),不得含私钥。",
    remedy="请只提供公钥部分。",
)

errors.violates("users_login_key", LoginTaken)
