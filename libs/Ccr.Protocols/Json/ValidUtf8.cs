using System.Text;
using System.Text.Unicode;

namespace Ccr.Protocols.Json;

/// <summary>
/// Bytes of a provider as valid UTF-8. Readers of JSON do not look at the bytes inside strings, so that without this a damaged character would be copied into
/// a client's stream, whose decoder may give up on it.
/// </summary>
internal static class ValidUtf8
{
    /// <summary>The same bytes when they are valid, as nearly always; else a copy with U+FFFD for what is not.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));
}
