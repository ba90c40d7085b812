using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.ProxyService.Routing.Presets;

/// <summary>
/// The presets: entries of the configuration, and the Node router's folders ROUTER/presets/NAME/manifest.json with providers and routes of their own. An entry wins over a
/// folder of its name. Manifests are read again when they change.
/// </summary>
internal sealed partial class PresetBook(RouterFolders folders, ILogger<PresetBook> log)
{
    private readonly Dictionary<string, Loaded> _loaded = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();

    private string Folder => Path.Combine(folders.Router, "presets");

    /// <summary>The preset of that name; null when there is none, or when its manifest cannot be used, which <paramref name="fault"/> then says.</summary>
    public Preset? Find(string name, CcrConfig config, out string? fault)
    {
        fault = null;
        if (config.Presets.TryGetValue(name, out var entry))
        {
            return new(entry.Name, entry, null);
        }

        return PresetReader.IsName(name) ? FromFolder(name, config, out fault) : null;
    }

    /// <summary>All presets that can be used, by name.</summary>
    public IReadOnlyList<Preset> All(CcrConfig config)
    {
        var presets = new SortedDictionary<string, Preset>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in config.Presets.Values)
        {
            presets[entry.Name] = new(entry.Name, entry, null);
        }

        try
        {
            foreach (var folder in Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder) : [])
            {
                var name = Path.GetFileName(folder);
                if (!presets.ContainsKey(name) && Find(name, config, out _) is { } preset)
                {
                    presets[name] = preset;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unusable(log, $"{Folder}: {e.Message}");
        }

        return [.. presets.Values];
    }

    private Preset? FromFolder(string name, CcrConfig config, out string? fault)
    {
        fault = null;
        var file = new FileInfo(Path.Combine(Folder, name, "manifest.json"));
        if (!file.Exists)
        {
            return null;
        }

        lock (_lock)
        {
            if (_loaded.TryGetValue(name, out var known) && known.ChangedAt == file.LastWriteTimeUtc && known.Length == file.Length && ReferenceEquals(known.Main, config))
            {
                fault = known.Fault;
                return known.Preset;
            }
        }

        Preset? preset = null;
        if (OverlayReader.Parse(file.FullName, out fault) is { } manifest)
        {
            var overlaid = OverlayReader.Read(file.FullName, PresetManifest.Resolve(manifest), config, Environment.GetEnvironmentVariable, ownProviders: true, out fault);
            preset = fault is null ? new(name, null, overlaid ?? config) : null;
        }

        if (fault is not null)
        {
            Unusable(log, fault);
        }

        lock (_lock)
        {
            _loaded[name] = new(file.LastWriteTimeUtc, file.Length, config, preset, fault);
        }

        return preset;
    }

    private sealed record Loaded(DateTime ChangedAt, long Length, CcrConfig Main, Preset? Preset, string? Fault);

    [LoggerMessage(EventId = 1211, Level = LogLevel.Warning, Message = "A preset cannot be used: {Fault}")]
    private static partial void Unusable(ILogger log, string fault);
}
