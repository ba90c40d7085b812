namespace Ccr.ProxyService.Responses;

/// <summary>A response that was kept.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Input">What was asked: a JSON array of items, the earlier turns included.</param>
/// <param name="Output">What was answered: a JSON array of items.</param>
/// <param name="Response">The whole response object.</param>
internal sealed record StoredResponse(string Id, byte[] Input, byte[] Output, byte[] Response)
{
    /// <summary>Bytes held.</summary>
    public long Size => Input.Length + Output.Length + Response.Length;
}
