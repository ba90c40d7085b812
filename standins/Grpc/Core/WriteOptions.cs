// Stands for Grpc.Core.WriteOptions and WriteFlags of the package Grpc.Core.Api; complete.

namespace Grpc.Core;

#pragma warning disable CA1711, CA2217 // The real name and the real numbers.

/// <summary>How a message is written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>May wait for the next message before it is sent.</summary>
    BufferHint = 0x1,

    /// <summary>Not compressed, even where the call is.</summary>
    NoCompress = 0x2,
}

/// <summary>How messages are written.</summary>
public class WriteOptions
{
    /// <summary>Nothing special.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Makes options from flags.</summary>
    public WriteOptions(WriteFlags flags = default)
    {
        Flags = flags;
    }

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; }
}
