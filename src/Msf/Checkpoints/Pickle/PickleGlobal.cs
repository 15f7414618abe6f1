namespace Msf.Checkpoints;

/// <summary>The names outside itself that a pickle may mention. Each stands for a few lines of this program; none is code of the file's choice.</summary>
internal enum PickleGlobal
{
    /// <summary><c>torch._utils._rebuild_tensor_v2</c>: a view of a storage.</summary>
    RebuildTensor,

    /// <summary><c>torch._utils._rebuild_parameter</c>: a tensor that is trained.</summary>
    RebuildParameter,

    /// <summary><c>collections.OrderedDict</c>: a dictionary.</summary>
    OrderedDictionary,

    /// <summary><c>argparse.Namespace</c>: the options of a training program, taken as a dictionary.</summary>
    Namespace,

    /// <summary><c>_codecs.encode</c>: how protocol 2 writes bytes, as Latin-1 text.</summary>
    Encode,

    /// <summary>The class under which Lightning files the state of a callback: a key that means nothing here, and no function.</summary>
    Mark,
}
