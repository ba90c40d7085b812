namespace Aspire.Hosting.ApplicationModel;

/// <summary>The rules for names of resources and endpoints.</summary>
internal static class ModelName
{
    public static void Validate(string name, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var problem = Problem(name);
        if (problem is not null)
        {
            throw new ArgumentException($"{kind} name '{name}' is not allowed: {problem}.", nameof(name));
        }
    }

    private static string? Problem(string name)
    {
        if (name.Length > 64)
        {
            return "it has more than 64 characters";
        }

        if (!char.IsAsciiLetter(name[0]))
        {
            return "it must start with a letter";
        }

        if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            return "only ASCII letters, digits and hyphens may be in it";
        }

        return name.EndsWith('-') || name.Contains("--", StringComparison.Ordinal) ? "a hyphen may not come twice or last" : null;
    }
}
