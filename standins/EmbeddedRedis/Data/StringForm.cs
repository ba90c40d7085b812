namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>How a string came to be, which decides what OBJECT ENCODING says of it.</summary>
internal enum StringForm : byte
{
    /// <summary>Given whole: an integer is known as such.</summary>
    Stored = 0,

    /// <summary>Computed as text: never an integer.</summary>
    Computed = 1,

    /// <summary>Built in place by APPEND or SETRANGE.</summary>
    Built = 2,
}
