using System.Globalization;
using System.Text.Json;
using Ccr.Tokenization;
using Grpc.Core;

namespace Ccr.TokenizerService.Counting;

/// <summary>Refuses what cannot be counted: InvalidArgument, naming the field and what it may be.</summary>
internal static class InvalidRequest
{
    /// <summary>The encoding of a name; cl100k_base for no name.</summary>
    public static BpeEncoding Encoding(string name) =>
        name.Length == 0 ? BpeEncoding.Cl100kBase
        : BpeEncoding.Find(name) ?? throw Error($"encoding: \"{Shorten(name)}\" is not known. Known encodings: {string.Join(", ", BpeEncoding.Names)}.");

    /// <summary>The error for a body that is no JSON; tells the place, never the content.</summary>
    public static RpcException Body(JsonException exception) => Error(exception is { LineNumber: { } line, BytePositionInLine: { } position }
        ? string.Create(CultureInfo.InvariantCulture, $"body: not valid JSON at line {line + 1}, byte {position + 1}.")
        : "body: not valid JSON.");

    private static RpcException Error(string detail) => new(new Status(StatusCode.InvalidArgument, detail));

    private static string Shorten(string name) => name.Length <= 60 ? name : name[..60] + "…";
}
