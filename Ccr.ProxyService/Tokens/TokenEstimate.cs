namespace Ccr.ProxyService.Tokens;

/// <summary>The stated estimate: a token is four bytes, rounded up. English prose and code have three to five.</summary>
internal static class TokenEstimate
{
    private const int BytesPerToken = 4;

    /// <summary>The estimate for a body of so many bytes.</summary>
    public static TokenCount Of(int bytes) => new(((long)bytes + BytesPerToken - 1) / BytesPerToken, TokenCountSource.Estimate);
}
