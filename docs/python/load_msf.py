"""Rebuilds a stage of an Msf model folder in PyTorch, and needs nothing else: python3 load_msf.py MODEL_FOLDER STAGE INPUTS.safetensors OUTPUT.safetensors

INPUTS has x (B, C, H, W), standardised and noisy, t (B), 1 for data, and y (B), int64, K for no class; of a stage above the first also condition
(B, C, H, W) and condition_t (B); on request augmentation (B, A). OUTPUT has out, what the network predicts."""
import json, math, os, struct, sys
import torch, torch.nn.functional as F

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}

def read(path):
    data = open(path, "rb").read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    take = lambda t: torch.frombuffer(bytearray(data[start + t["data_offsets"][0]:start + t["data_offsets"][1]]), dtype=TYPES[t["dtype"]]).reshape(t["shape"])
    return {name: take(t) for name, t in json.loads(data[8:start]).items() if name != "__metadata__"}

class Stage:
    def __init__(self, folder, stage):
        self.model = json.load(open(os.path.join(folder, "model.json")))["model"]
        self.stage = self.model["stages"][stage]
        files = (["trunk.safetensors"] if self.model.get("sharedTrunk") else []) + [f"stage{stage}.safetensors"]
        self.w = {name: tensor.float() for file in files for name, tensor in read(os.path.join(folder, file)).items()}
    def linear(self, name, x): return F.linear(x, self.w[f"{name}.weight"], self.w.get(f"{name}.bias"))
    def norm(self, name, x):  # RMSNorm where it has weights, else layer norm without
        weight = self.w.get(f"{name}.weight")
        return F.layer_norm(x, x.shape[-1:], eps=1e-6) if weight is None else x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * weight
    def time(self, name, t):
        angles = (t * self.model["timeScale"] + self.model.get("timeOffset", 0))[:, None] * torch.exp(-math.log(10000) * torch.arange(128).double() / 128).float()
        return self.linear(f"{name}.mlp.2", F.silu(self.linear(f"{name}.mlp.0", torch.cat([angles.cos(), angles.sin()], -1))))
    def turns(self, rows, columns, pairs):  # of both axes, as many pairs of channels each
        places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).double()
        angles = (places[:, :, None] * 10000 ** (-torch.arange(pairs).double() / pairs)).flatten(1)  # (N, d / 2)
        return torch.complex(angles.cos().float(), angles.sin().float())
    def attention(self, name, x, turns):
        q, k, v = self.linear(f"{name}.qkv", x).unflatten(-1, (3, self.stage["heads"], -1)).permute(2, 0, 3, 1, 4)  # 3 x (B, h, N, d)
        if f"{name}.q_norm.weight" in self.w: q, k = self.norm(f"{name}.q_norm", q), self.norm(f"{name}.k_norm", k)
        if turns is not None: q, k = (torch.view_as_real(torch.view_as_complex(z.unflatten(-1, (-1, 2)).contiguous()) * turns).flatten(-2) for z in (q, k))
        return self.linear(f"{name}.proj", ((q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).softmax(-1) @ v).transpose(1, 2).flatten(2))
    def mlp(self, name, x):
        if f"{name}.fc1.weight" in self.w: return self.linear(f"{name}.fc2", F.gelu(self.linear(f"{name}.fc1", x), approximate="tanh"))
        gate, value = self.linear(f"{name}.w12", x).chunk(2, -1)
        return self.linear(f"{name}.w3", F.silu(gate) * value)
    def __call__(self, x, t, y, condition=None, condition_t=None, augmentation=None):
        p, rows, columns = self.stage["patchSize"], x.shape[2] // self.stage["patchSize"], x.shape[3] // self.stage["patchSize"]
        c = self.time("t_embedder", t) + self.w["y_embedder.embedding_table.weight"][y] + self.w.get("stage_embedder.weight", 0)
        if condition is not None: x, c = torch.cat([x, condition], 1), c + self.time("condition_t_embedder", condition_t)
        if augmentation is not None: c = c + self.linear("aug_embedder", augmentation)
        x = F.conv2d(x, self.w["x_embedder.proj.weight"], self.w["x_embedder.proj.bias"], stride=p).flatten(2).transpose(1, 2) + self.w["pos_embed"]
        turns = self.turns(rows, columns, x.shape[-1] // self.stage["heads"] // 4) if self.stage.get("block", {}).get("positions") == "rotary" else None
        for i in range(self.stage["depth"]):
            m = self.linear(f"blocks.{i}.adaLN_modulation.1", F.silu(c))[:, None].chunk(6, -1)  # shift, scale, gate, twice
            x = x + m[2] * self.attention(f"blocks.{i}.attn", self.norm(f"blocks.{i}.norm1", x) * (1 + m[1]) + m[0], turns)
            x = x + m[5] * self.mlp(f"blocks.{i}.mlp", self.norm(f"blocks.{i}.norm2", x) * (1 + m[4]) + m[3])
        shift, scale = self.linear("final_layer.adaLN_modulation.1", F.silu(c))[:, None].chunk(2, -1)
        x = self.linear("final_layer.linear", self.norm("final_layer.norm_final", x) * (1 + scale) + shift)
        return x.unflatten(1, (rows, columns)).unflatten(-1, (p, p, -1)).permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)

if __name__ == "__main__":
    with torch.no_grad(): out = Stage(sys.argv[1], int(sys.argv[2]))(**read(sys.argv[3])).contiguous()
    header = json.dumps({"out": {"dtype": "F32", "shape": list(out.shape), "data_offsets": [0, 4 * out.numel()]}}).encode()
    open(sys.argv[4], "wb").write(struct.pack("<Q", len(header)) + header + struct.pack(f"<{out.numel()}f", *out.flatten().tolist()))
