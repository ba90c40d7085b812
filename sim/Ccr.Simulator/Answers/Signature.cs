using System.Security.Cryptography;
using System.Text;

namespace Ccr.Simulator.Answers;

/// <summary>What only the provider can have written: functions of a text or an id, so that a later request can be checked without a memory.</summary>
internal static class Signature
{
    private const int MarkBytes = 16;

    /// <summary>The signature of a thinking text.</summary>
    public static string Of(string thinking) => Convert.ToBase64String(Hash("simulator thinking:" + thinking));

    /// <summary>Opaque data that holds an id: encrypted reasoning (Responses), a thought's signature (Gemini).</summary>
    public static string Seal(string id) => Convert.ToBase64String([.. Hash("simulator seal:" + id).AsSpan(0, MarkBytes), .. Encoding.UTF8.GetBytes(id)]);

    /// <summary>The id in sealed data; null when <see cref="Seal"/> did not make it.</summary>
    public static string? Open(string data)
    {
        var bytes = new byte[data.Length];
        if (!Convert.TryFromBase64String(data, bytes, out var length) || length <= MarkBytes)
        {
            return null;
        }

        var id = Encoding.UTF8.GetString(bytes, MarkBytes, length - MarkBytes);
        return Hash("simulator seal:" + id).AsSpan(0, MarkBytes).SequenceEqual(bytes.AsSpan(0, MarkBytes)) ? id : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
