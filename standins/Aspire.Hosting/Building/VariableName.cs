namespace Aspire.Hosting;

/// <summary>Names of environment variables made of names of resources.</summary>
internal static class VariableName
{
    /// <summary>Upper case; what is no ASCII letter, digit or underscore becomes an underscore; one goes before a leading digit.</summary>
    public static string Encode(string name)
    {
        var encoded = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        return encoded.Length > 0 && char.IsAsciiDigit(encoded[0]) ? "_" + encoded : encoded;
    }
}
