using System.Text.Json;

namespace Aspire.Hosting;

/// <summary>One profile of a launchSettings.json.</summary>
internal sealed record LaunchProfile(string Name, string? ApplicationUrl, string? CommandLineArgs, IReadOnlyDictionary<string, string> Environment);

/// <summary>Reads Properties/launchSettings.json of a project.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The profile asked for; else the AppHost's own by name, else the first with command Project; null when there is no file.</summary>
    /// <exception cref="DistributedApplicationException">The file cannot be read, or has no profile of the name asked for.</exception>
    public static LaunchProfile? Find(string projectPath, string? wanted, string? preferred)
    {
        var file = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(file))
        {
            return wanted is null ? null : throw new DistributedApplicationException($"Launch profile '{wanted}' is asked for, but there is no {file}.");
        }

        var profiles = Read(file);
        if (wanted is not null)
        {
            return profiles.FirstOrDefault(profile => profile.Name == wanted)
                ?? throw new DistributedApplicationException($"{file} has no launch profile '{wanted}'; it has {string.Join(", ", profiles.Select(p => $"'{p.Name}'"))}.");
        }

        return profiles.FirstOrDefault(profile => profile.Name == preferred) ?? profiles.FirstOrDefault();
    }

    private static List<LaunchProfile> Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), Lenient);
            var profiles = new List<LaunchProfile>();
            if (document.RootElement.TryGetProperty("profiles", out var list))
            {
                foreach (var profile in list.EnumerateObject())
                {
                    if (Text(profile.Value, "commandName") == "Project")
                    {
                        profiles.Add(new(profile.Name, Url(profile, file), Text(profile.Value, "commandLineArgs"), Variables(profile.Value)));
                    }
                }
            }

            return profiles;
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"{file}({e.LineNumber + 1},{e.BytePositionInLine + 1}) is not valid JSON; correct it or delete the file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new DistributedApplicationException($"{file} cannot be used: {e.Message}", e);
        }
    }

    private static string? Url(JsonProperty profile, string file)
    {
        var urls = Text(profile.Value, "applicationUrl");
        foreach (var url in urls?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            {
                throw new DistributedApplicationException($"{file}: applicationUrl of profile '{profile.Name}' is '{url}'; it must be like http://localhost:3456.");
            }
        }

        return urls;
    }

    private static Dictionary<string, string> Variables(JsonElement profile)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (profile.TryGetProperty("environmentVariables", out var list))
        {
            foreach (var variable in list.EnumerateObject())
            {
                variables[variable.Name] = Environment.ExpandEnvironmentVariables(variable.Value.ToString());
            }
        }

        return variables;
    }

    private static string? Text(JsonElement profile, string name)
        => profile.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
