// Stands for Grpc.Core.SerializationContext of the package Grpc.Core.Api; complete.

using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts a message: either one array, or a length, a writer, and the word that it is complete.</summary>
public abstract class SerializationContext
{
    /// <summary>The whole message in one array.</summary>
    public virtual void Complete(byte[] payload) => throw new NotImplementedException();

    /// <summary>The writer for the message; announce the length first where it is known.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotImplementedException();

    /// <summary>The length in bytes of what will be written.</summary>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotImplementedException();

    /// <summary>The message is in the writer.</summary>
    public virtual void Complete() => throw new NotImplementedException();
}
