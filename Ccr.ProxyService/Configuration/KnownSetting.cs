namespace Ccr.ProxyService.Configuration;

/// <summary>A setting that configuration files of this family may have.</summary>
/// <param name="Name">The name as documented; other accepted spellings are <see cref="Aliases"/>.</param>
/// <param name="Type">What the value must be, in words.</param>
/// <param name="Default">The value when absent, in words.</param>
internal sealed record KnownSetting(string Name, string Type, string Default)
{
    /// <summary>Other spellings of the name that routers of this family use.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>False: the setting is known from another router and changes nothing here; a file that has it gets a warning.</summary>
    public bool InEffect { get; init; } = true;
}
