namespace Ccr.TokenizerService.Hosting;

#pragma warning disable CA1032 // Made in one way only: with the sentence that people read.

/// <summary>A setting that cannot be used; the message names it, what it is, and what it must be.</summary>
internal sealed class SettingException(string message) : Exception(message);
