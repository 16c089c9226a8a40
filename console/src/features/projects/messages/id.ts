import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Proyek",
  intro: "Proyek adalah satu pertanyaan kepada gambar Anda, beserta dataset dan model yang menjawabnya.",
  name: "Nama",
  kind: "Pertanyaan",
  kindRekognition: "Apa yang ada di gambar, atau di mana",
  kindLookout: "Adakah yang salah",
  datasets: "Dataset",
  created: "Dibuat",
  train: "Pelatihan",
  test: "Pengujian",
  noDatasets: "Belum ada dataset",
  filter: "Cari proyek",
  counted: { other: "{count} proyek" },
  empty: "Tidak ada proyek di wilayah ini",
  emptyHelp:
    "Proyek dimulai dari gambar dan sebuah pertanyaan. Wilayah lain mungkin punya proyek: wilayah dipilih di bilah atas.",
  noMatch: "Tidak ada proyek yang cocok",
};
