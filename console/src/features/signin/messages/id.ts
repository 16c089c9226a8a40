import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Masuk",
  intro: "Ajari model melihat apa yang Anda lihat: di mesin Anda sendiri, dengan gambar Anda sendiri.",
  link: "Dengan tautan",
  linkHelp:
    "Server mencetak tautan sekali pakai saat mulai. Di mesinnya, vedette console mencetak yang lain.",
  keys: "Dengan kunci akses",
  keyId: "ID kunci akses",
  secret: "Kunci akses rahasia",
  keysHelp:
    "Untuk pemilik akun: berkas credentials.json di folder data server. Untuk pengguna: dari orang yang membuat pengguna itu.",
  submit: "Masuk",
  needed: "Kedua bagian kunci diperlukan.",
  opening: "Masuk dengan tautan …",
  linkFailed: "Tautan ini tidak berlaku lagi",
  linkFailedHelp: "Tautan berlaku sekali dan tidak lama. Minta yang baru, atau masuk dengan kunci akses.",
  refused: "Kunci tidak diterima",
  refusedHelp: "Bandingkan kedua bagian dengan sumbernya. Spasi di sekitarnya tidak berpengaruh.",
  token: "Token sesi",
  tokenHelp: "Kunci ini sementara. Anda tetap masuk sampai kunci berakhir.",
  tokenNeeded: "Kunci sementara memerlukan token sesinya.",
  expired: "Kunci ini sudah berakhir",
  expiredHelp: "Kunci sementara berlaku beberapa jam. Mintalah yang baru, lalu masuk dengannya.",
  ended: "Sesi Anda telah berakhir",
  endedHelp:
    "Masuk lagi: Anda kembali ke tempat semula. Yang belum tersimpan menunggu di browser ini dan dikirim setelahnya.",
  code: "Kode",
  codeTitle: "Faktor kedua",
  codeHelp: "Dari aplikasi autentikator Anda; kode pemulihan bila hilang.",
  codeWrong: "Kode ini salah, atau sudah dipakai. Kode baru muncul setiap setengah menit.",
  codeBack: "Kunci lain",
  company: "Masuk dengan {name}",
  companyFailed: "Perusahaan tidak memasukkan Anda",
  companyAway:
    "Layanan masuknya tidak menjawab. Coba lagi sebentar lagi; pengelola server ini dapat mencetak tautan dengan vedette console.",
  companyGroup: "Tidak satu pun grup Anda diizinkan di sini. Tanyakan kepada pengelola server ini.",
  companyName: "Nama Anda sudah dipakai orang lain di sini. Pengelola server ini dapat membebaskannya.",
  companyExpired: "Proses masuk itu sudah berakhir, atau dimulai di browser lain. Mulai lagi.",
  companyRefused: "Tidak ada yang dimasukkan, atau identitas Anda tidak terbukti. Mulai lagi.",
  passkey: "Masuk dengan kunci sandi",
  passkeyUse: "Gunakan kunci sandi",
  passkeyFailed: "Tidak ada kunci sandi yang diterima",
  passkeyFailedHelp:
    "Tidak ada yang ditunjukkan, atau yang ditunjukkan tidak dikenal di sini. Coba lagi, atau masuk dengan cara lain.",
};
