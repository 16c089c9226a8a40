import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Beranda",
  heading: "Ajari model melihat apa yang Anda lihat",
  lead: "Tunjukkan beberapa gambar kepada Vedette, sebutkan isinya, dan ia belajar menyebutkannya pada gambar baru. Semuanya tetap di mesin ini.",
  create: "Buat proyek",
  stepPictures: "Bawa gambar",
  stepPicturesHelp:
    "Seret satu folder foto. Sepuluh untuk setiap hal yang dibedakan sudah cukup untuk mulai.",
  stepLabel: "Beri label",
  stepLabelHelp:
    "Satu tombol per gambar, kotak di sekitar objek, atau garis luar goresan. Vedette menyarankan, Anda memutuskan.",
  stepModel: "Dapatkan model",
  stepModelHelp:
    "Model dilatih di mesin ini dalam hitungan menit, dan menyebutkan seberapa baik ia sebelum Anda memakainya.",
  projects: "Proyek",
  allProjects: "Semua proyek",
  pictures: { other: "{count} gambar" },
  labelled: "{percent} berlabel",
  noVersion: "Belum ada model",
  version: "Model {name}",
  noneHere: "Tidak ada proyek di {region}.",
  otherRegion: "Proyek Anda ada di {region}.",
  openRegion: "Buka {region}",
  created: "Dibuat {date}",
  firstModel: "Model pertama Anda dalam lima menit",
  firstModelHelp:
    "Proyek contoh membawa gambar yang digambar Vedette beserta labelnya. Lihat, beri label sisanya, lalu lihat langkah berikutnya.",
  all: "Sudah berlabel",
  half: "Setengah berlabel",
  making: "Gambar sedang dibuat …",
  failed: "Contoh tidak terbuat",
  e_sort: "Memilah suku cadang menurut jenis",
  e_sort_help: "Satu label per gambar: suku cadang apa ini?",
  e_tray: "Suku cadang di baki",
  e_tray_help: "Beberapa label per gambar: apa saja di baki?",
  e_locate: "Menemukan suku cadang di papan",
  e_locate_help: "Kotak di sekitar setiap suku cadang: di mana, dan berapa?",
  e_scratch: "Menemukan goresan dan noda",
  e_scratch_help: "Normal atau tidak, dan garis luar bagian yang salah.",
};
