using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>A string, growing in place for APPEND and SETRANGE.</summary>
internal sealed class StringValue(byte[] bytes, StringForm form = StringForm.Stored) : RedisValue
{
    private const int MaxEmbedded = 44;
    private byte[] _bytes = bytes;

    public StringForm Form { get; private set; } = form;

    public int Length { get; private set; } = bytes.Length;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public override string TypeName => "string";

    public override string Encoding =>
        Form == StringForm.Stored && Integers.TryParse(Span, out _) ? "int"
        : Form == StringForm.Built || Length > MaxEmbedded ? "raw"
        : "embstr";

    /// <summary>Writes at an offset, padding with zero bytes.</summary>
    public void Overwrite(int offset, ReadOnlySpan<byte> value)
    {
        var end = offset + value.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, end)));
        }

        value.CopyTo(_bytes.AsSpan(offset));
        Length = Math.Max(Length, end);
        Form = StringForm.Built;
    }

    public override RedisValue Copy() => new StringValue(Span.ToArray(), Form);
}
