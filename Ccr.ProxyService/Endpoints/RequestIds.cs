using System.Security.Cryptography;

namespace Ccr.ProxyService.Endpoints;

/// <summary>Our ids of requests: "req_" and 24 hex digits.</summary>
internal static class RequestIds
{
    private static readonly object Key = new();

    /// <summary>The id of an exchange; made when first asked for.</summary>
    public static string Of(HttpContext http)
    {
        if (http.Items.TryGetValue(Key, out var known))
        {
            return (string)known!;
        }

        Span<byte> random = stackalloc byte[12];
        RandomNumberGenerator.Fill(random);
        var id = string.Concat("req_", Convert.ToHexStringLower(random));
        http.Items[Key] = id;
        return id;
    }
}
