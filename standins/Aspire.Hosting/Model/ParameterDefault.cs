using System.Security.Cryptography;
using System.Text.Json;

namespace Aspire.Hosting.ApplicationModel;

// Stand for the types of the same names in Aspire.Hosting.

/// <summary>The value of a parameter for which nothing is configured.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    public abstract string GetDefaultValue();

    /// <summary>Writes the value, or how to make one, into a manifest.</summary>
    internal abstract void WriteToManifest(Utf8JsonWriter writer);
}

/// <summary>A fixed value.</summary>
internal sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
{
    public override string GetDefaultValue() => value();

    internal override void WriteToManifest(Utf8JsonWriter writer) => writer.WriteString("value", value());
}

/// <summary>A random value, with at least one character of each kind that is allowed.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string Lowers = "abcdefghijkmnpqrstuvwxyz";
    private const string Uppers = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Specials = "-_.{}~()*+!";

    /// <summary>Characters.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether lower case letters are allowed.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper case letters are allowed.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits are allowed.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether other characters are allowed.</summary>
    public bool Special { get; set; } = true;

    /// <inheritdoc />
    public override string GetDefaultValue()
    {
        var kinds = new[] { (Lower, Lowers), (Upper, Uppers), (Numeric, Digits), (Special, Specials) }
            .Where(kind => kind.Item1).Select(kind => kind.Item2).ToArray();
        if (kinds.Length == 0)
        {
            throw new DistributedApplicationException("A generated value needs at least one kind of characters.");
        }

        var all = string.Concat(kinds);
        var characters = new char[Math.Max(MinLength, kinds.Length)];
        for (var i = 0; i < characters.Length; i++)
        {
            var set = i < kinds.Length ? kinds[i] : all;
            characters[i] = set[RandomNumberGenerator.GetInt32(set.Length)];
        }

        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);
    }

    internal override void WriteToManifest(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("generate");
        writer.WriteNumber("minLength", MinLength);
        WriteFalse(writer, "lower", Lower);
        WriteFalse(writer, "upper", Upper);
        WriteFalse(writer, "numeric", Numeric);
        WriteFalse(writer, "special", Special);
        writer.WriteEndObject();
    }

    private static void WriteFalse(Utf8JsonWriter writer, string name, bool value)
    {
        if (!value)
        {
            writer.WriteBoolean(name, false);
        }
    }
}
