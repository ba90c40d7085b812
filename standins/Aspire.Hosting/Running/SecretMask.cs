namespace Aspire.Hosting.Running;

/// <summary>Hides the values of secret parameters in every line that goes to the console.</summary>
internal sealed class SecretMask
{
    public const string Masked = "********";

    /// <summary>Shorter values would blot out ordinary text, and protect nothing.</summary>
    private const int ShortestSecret = 4;

    private readonly Lock _lock = new();
    private volatile string[] _secrets = [];

    /// <summary>Hides a value from now on, also as it looks in a URI; a value of several lines, line by line.</summary>
    public void Add(string? secret)
    {
        if (secret is null)
        {
            return;
        }

        lock (_lock)
        {
            var all = new HashSet<string>(_secrets, StringComparer.Ordinal);
            foreach (var line in secret.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length >= ShortestSecret))
            {
                all.Add(line);
                all.Add(Uri.EscapeDataString(line));
            }

            // Longest first: one secret may be a part of another.
            _secrets = [.. all.OrderByDescending(value => value.Length)];
        }
    }

    public string Hide(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        return text;
    }
}
