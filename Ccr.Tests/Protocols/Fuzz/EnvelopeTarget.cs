using System.Text;
using System.Text.Json;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Envelopes and tool ids: what was sealed opens as it was, what was damaged opens as something or not at all.</summary>
internal sealed class EnvelopeTarget() : FuzzTarget("envelope")
{
    private static readonly System.Buffers.SearchValues<byte> NeedNoEscape = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"u8);

    public override byte[] Generate(Random random)
    {
        var text = new ConversationGenerator(random.Next());
        byte[] bytes = new ReasoningEnvelope
        {
            Origin = (Dialect)random.Next(4),
            Provider = random.Next(2) == 0 ? text.Text() : null,
            Model = random.Next(2) == 0 ? text.Text() : null,
            ItemId = random.Next(2) == 0 ? "" : null,
            Data = random.Next(3) == 0 ? "" : text.Text(),
            BelongsToNext = random.Next(2) == 0,
        }.Seal();
        return random.Next(4) switch
        {
            0 => bytes,
            1 => ByteMutator.Mutate(bytes, random),
            2 => ByteMutator.Garbage(random),
            _ => [.. "rt1."u8, .. Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(JsonMutator.Mutate(JsonMutator.Mutate(System.Buffers.Text.Base64Url.DecodeFromUtf8(bytes.AsSpan(4)), random), random)))],
        };
    }

    public override void Check(byte[] input, int seed)
    {
        Span<byte> id = stackalloc byte[ToolIds.MaxLength];
        var length = ToolIds.Portable(input, id);
        Hold(ToolIds.IsPortable(id[..length]), "an id that is not portable");
        Span<byte> again = stackalloc byte[ToolIds.MaxLength];
        Hold(again[..ToolIds.Portable(id[..length], again)].SequenceEqual(id[..length]), "an id that changes when it is made portable twice");
        Hold(ToolIds.NineCharacters(input, id) == 9, "not nine characters");

        if (ReasoningEnvelope.Open(input) is not { } envelope)
        {
            return;
        }

        var resealed = envelope.Seal();
        Hold(!resealed.AsSpan().ContainsAnyExcept(NeedNoEscape), "a seal that needs escaping");
        Hold(ReasoningEnvelope.Open(resealed) == envelope, "what was sealed opens as something else");
    }
}
