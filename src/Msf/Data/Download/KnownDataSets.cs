namespace Msf.Data;

/// <summary>The table of public sets. Checksums are those that the makers or the catalogue of TensorFlow Datasets publish.</summary>
internal static class KnownDataSets
{
    private const string ImageNetTerms = "photographs of ImageNet: non-commercial research and education only (image-net.org/download).";
    private const string Imagenette = "https://s3.amazonaws.com/fast-ai-imageclas/";
    private const string FashionMnist = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
    private const string Mnist = "https://storage.googleapis.com/cvdf-datasets/mnist/";
    private static readonly (string, string[])[] _idxPlaces = [("t10k-*", ["test"])];

    /// <summary>All sets, in the order of their names.</summary>
    public static KnownDataSet[] Create() =>
    [
        new()
        {
            Name = "cifar10",
            Title = "CIFAR-10: 50,000 and 10,000 photographs of 10 classes, 32x32",
            HomePage = "https://www.cs.toronto.edu/~kriz/cifar.html",
            Licence = "no licence is stated; cite Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images.",
            Files = [File("https://www.cs.toronto.edu/~kriz/", "cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")],
            Sources = ["cifar10/train", "cifar10/test"],
            Places = [("data_batch_*.bin", ["train"]), ("test_batch.bin", ["test"]), ("batches.meta.txt", ["train", "test"])],
        },
        new()
        {
            Name = "fashion-mnist",
            Title = "Fashion-MNIST: 60,000 and 10,000 pictures of clothes in 10 classes, 28x28, grey",
            HomePage = "https://github.com/zalandoresearch/fashion-mnist",
            Licence = "MIT, Zalando SE.",
            Files =
            [
                File(FashionMnist, "train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                File(FashionMnist, "train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                File(FashionMnist, "t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                File(FashionMnist, "t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            Sources = ["fashion-mnist", "fashion-mnist/test"],
            Places = _idxPlaces,
            ClassNames = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
        },
        ImagenetteSet("imagenette", "imagenette2.tgz", "full size", 1557161267, "6cbfac238434d89fe99e651496f0812ebc7a10fa62bd42d6874042bf01de4efd"),
        ImagenetteSet("imagenette-160", "imagenette2-160.tgz", "shorter side 160", 99003388, "64d0c4859f35a461889e0147755a999a48b49bf38a7e0f9bd27003f10db02fe5"),
        ImagenetteSet("imagenette-320", "imagenette2-320.tgz", "shorter side 320", 341663724, "569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c"),
        new()
        {
            Name = "mnist",
            Title = "MNIST: 60,000 and 10,000 handwritten digits, 28x28, grey",
            HomePage = "https://yann.lecun.org/exdb/mnist/",
            Licence = "CC BY-SA 3.0, LeCun, Cortes and Burges.",
            Files =
            [
                File(Mnist, "train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                File(Mnist, "train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                File(Mnist, "t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                File(Mnist, "t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ],
            Sources = ["mnist", "mnist/test"],
            Places = _idxPlaces,
        },
    ];

    private static KnownDataSet ImagenetteSet(string name, string archive, string size, long bytes, string sha256) => new()
    {
        Name = name,
        Title = $"Imagenette: 9,469 and 3,925 photographs of 10 classes of ImageNet, {size}",
        HomePage = "https://github.com/fastai/imagenette",
        Licence = ImageNetTerms,
        Files = [File(Imagenette, archive, bytes, sha256)],
        Sources = [$"{name}/train", $"{name}/val"],
    };

    private static DataFile File(string folder, string name, long bytes, string sha256) => new(name, new Uri(folder + name), bytes, sha256);
}
