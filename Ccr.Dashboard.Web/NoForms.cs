using Microsoft.AspNetCore.Antiforgery;

namespace Ccr.Dashboard.Web;

/// <summary>
/// Antiforgery of a site without forms: issues no token and accepts none. The framework's own sets a cookie on every page, which after a
/// restart can no longer be decrypted and fills the log with errors, all for posts that do not exist here.
/// </summary>
internal sealed class NoForms : IAntiforgery
{
    /// <inheritdoc/>
    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => GetTokens(httpContext);

    /// <inheritdoc/>
    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => new(requestToken: null, cookieToken: null, formFieldName: "none", headerName: null);

    /// <inheritdoc/>
    public Task<bool> IsRequestValidAsync(HttpContext httpContext) =>
        Task.FromResult(HttpMethods.IsGet(httpContext.Request.Method) || HttpMethods.IsHead(httpContext.Request.Method));

    /// <inheritdoc/>
    public Task ValidateRequestAsync(HttpContext httpContext) => throw new AntiforgeryValidationException("This site takes no forms.");

    /// <inheritdoc/>
    public void SetCookieTokenAndHeader(HttpContext httpContext)
    {
        // No token, no cookie.
    }
}
